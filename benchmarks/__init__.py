"""Speed beside hand-written NumPy and beside peers: `make bench`, or `python -m benchmarks --help`.

    rows      each row of autograd's table, forward and backward, small and large
    steps     whole training steps of small networks, by every engine in `engines/`
    startup   how long importing takes, and how long until the shell answers

All of one section is measured side by side in one run. Rounds are interleaved, so that a busy moment of the machine
meets every contender; what is compared is the ratio within a round. A ratio's interval holds its true median in 95 of
100 runs, whatever the distribution; see `measure.interval`.
"""
