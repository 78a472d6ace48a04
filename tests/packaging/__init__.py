"""The plugins as packages: built, installed alone, taken into another project."""
