"""The slow tier: named parts that run one by one, go on where they were broken off, and leave their figures as evidence."""
