# program.pl CALL WORK COUNT TARGET, as program.c, but perl only forks; the work is so many lines, split, counted, sorted.
use strict;
my ($call, $work, $count, $target) = @ARGV;
my $text = join "\n", map { "user$_ " . $_ % 7 . " " . $_ % 11 } 1 .. $work;
for (1 .. $count) {
	if ($work) {
		my %of;
		push @{ $of{$2} }, $1 while $text =~ /^(\S+) (\d+)/mg;
		my $sorted = join ",", map { sort @{ $of{$_} } } sort keys %of;
	}
	my $child = fork;
	exec $target if $child == 0;
	waitpid $child, 0;
}
