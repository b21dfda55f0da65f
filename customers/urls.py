"""Paths of customers, in full."""

from django.urls import path

from customers import views, views_record

app_name = "customers"

urlpatterns = [
    path("customers/find/", views.find, name="find"),
    path("customers/<int:customer_id>/card/", views.card, name="card"),
    path("customers/<int:customer_id>/", views_record.record, name="record"),
    path("customers/<int:customer_id>/edit/", views_record.edit, name="edit"),
    path("customers/<int:customer_id>/vip/", views_record.vip, name="vip"),
    path("customers/<int:customer_id>/contacts/add/", views_record.add, name="add_contact"),
    path("customers/<int:customer_id>/contacts/<int:contact_id>/remove/", views_record.remove, name="remove_contact"),
    path("customers/<int:customer_id>/contacts/<int:contact_id>/main/", views_record.make_main, name="main_contact"),
]
