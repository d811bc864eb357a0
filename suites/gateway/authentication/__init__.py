"""Only good tokens get through."""
