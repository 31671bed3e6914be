"""Pages and templates: HTML for people, from the same services as the API. Pages only read."""
