"""Paths of tasks, group complaints and many complaints at once, in full; `complaints.urls` takes them in."""

from django.urls import URLPattern, path

from complaints.views import groups, shift, tasks

together_urls: list[URLPattern] = [
    path("hand-over/", shift.hand_over_all, name="hand_over_all"),
    path("queue/give/", shift.give_several, name="give_several"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/finish/", tasks.finish, name="finish_task"),
    path("tasks/<int:task_id>/cancel/", tasks.cancel, name="cancel_task"),
    path("tasks/<int:task_id>/change/", tasks.change, name="change_task"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.new_group, name="new_group"),
    path("groups/<int:group_id>/", groups.group, name="group"),
    path("groups/<int:group_id>/meeting/", groups.meeting, name="group_meeting"),
    path("groups/<int:group_id>/representatives/<int:representative_id>/end/", groups.unrepresent, name="unrepresent"),
    *(
        path(f"groups/<int:group_id>/{name.replace('_', '-')}/", groups.ask, {"name": name}, name=f"group_{name}")
        for name in groups.QUESTIONS
    ),
]
