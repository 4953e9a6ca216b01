"""What the formats have in common: texts, moments, JSON, XML and tables of strangers, read without trusting them."""
