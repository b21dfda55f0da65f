// Draws the document of the API. The library comes from this server, and asks nobody else whether the document is valid.
const page = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: page.dataset.document,
  domNode: page,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
