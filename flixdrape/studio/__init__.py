"""FlixDrape Studio: the browser front end, and the HTTP API under it."""
