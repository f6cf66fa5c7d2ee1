"""Add a council's new figures: the door to `safeguarding.intake.release_commands`."""

from safeguarding.intake.release_commands import main

if __name__ == "__main__":
    main()
