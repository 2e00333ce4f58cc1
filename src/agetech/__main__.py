"""`python -m agetech` is the command line."""

from agetech.cli import main

if __name__ == "__main__":
    main()
