# The version of the program that answers must be the same.
__version__ = "0.1.0"
PROTOCOL = 1
