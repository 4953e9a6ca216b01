"""The SQL of documents: rows, and Mango queries over them."""
