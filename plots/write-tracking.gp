# Ways to know or keep what a program writes, by heap: what arming the heap takes,
# and the first write to a page after it.
# Reads write-tracking-{arm,write}.dat (a block per case: its name, then rows of
# heap_bytes, ns, low, high) and caption-write-tracking.dat.

LOOKS = 'look-write_tracking.dat'
FILES = 'write-tracking-arm.dat write-tracking-write.dat'
FIG_H = 350
call ARG3 ARG1 ARG2 ARG4

array TITLE[2] = ['arming the heap', 'first write to a page']
eval HEAP_PANELS
eval END
