"""Who looks at somebody else's run: links to it, its followers, what its owner and they are told, and asked."""
