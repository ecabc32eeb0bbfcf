"""The page as one HTML file that needs no server: the page itself, runs recorded in it, lessons told by such runs."""
