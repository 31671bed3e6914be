"""Photos: what people upload, cleaned, in three sizes."""
