"""Interactive pieces, one file each, every one with a still fallback."""
