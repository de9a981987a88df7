# What a child's end costs, by heap size: exit and exec, with an inherited copy
# of the heap and without; and what it pays to fault pages in again.
# Reads teardown-{end,read}.dat (a block per case: its name, then rows of
# heap_bytes, ns, low, high) and caption-teardown.dat.

LOOKS = 'look-teardown.dat'
FILES = 'teardown-end.dat teardown-read.dat'
FIG_H = 350
call ARG3 ARG1 ARG2 ARG4

array TITLE[2] = ['a child’s end', 'its first read of a page']
eval HEAP_PANELS
eval END
