"""The pages, as HTML over ASGI."""
