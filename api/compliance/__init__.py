"""Makes docs/compliance/ from the product's own facts."""
