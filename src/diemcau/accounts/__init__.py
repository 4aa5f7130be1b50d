"""Who signs in, and which roles a person holds for which site."""
