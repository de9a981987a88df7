# plain.awk: is_plain(COLUMN, VALUE), whether a row of summary.csv or ratios.csv is at the plain level of an axis that has
# a column behind `frames_scattered`, or has no running threads. Empty: the experiment does not vary it, or the run is older. The levels are the
# first of each row in harness/common/axes.def; tests/cli/axis.bats compares.
function is_plain(column, value) {
	if (!plain_known++) {
		plain_level["threads"] = 0
		plain_level["frames"] = "as-given"
		plain_level["program"] = "own"
		plain_level["starters"] = 1
		plain_level["heap_mappings"] = 1
		plain_level["density"] = 512
		plain_level["dirty_share"] = 100
		plain_level["sleeping_threads"] = 0
		plain_level["thread_stacks"] = "own"
		plain_level["more_files"] = 0
		plain_level["written"] = 0
		plain_level["environment"] = 0
		plain_level["advice"] = "none"
		plain_level["write_rate"] = 0
		plain_level["dirty_layout"] = "spread"
		plain_level["arguments"] = 0
		plain_level["mapping_kind"] = "heap"
		plain_level["memory_limit"] = 0
	}
	return value == "" || !(column in plain_level) || value == plain_level[column]
}
