#!/usr/bin/env bats
# Many machines: what is done on a host, the play over local connections, the array job over Slurm's own daemons on this
# node. Nothing is installed: where an engine is missing, its tests are skipped.

load helpers

FLEET=$ROOT/scripts/fleet
# Without the options that every run on a host has.
OPTIONS="${TINY[*]}"
OPTIONS=${OPTIONS/ --no-plots --no-table/}

on_host() { sh "$FLEET/on-host" "$@"; }

# made_up PLACE: a driver that says what $WORD is ("ok" or "note"), makes a run, and writes down what it was asked.
made_up() {
	mkdir -p "$1/tree/bin"
	cat >"$1/tree/bin/forkcost" <<'END'
#!/bin/sh
echo "$*" >>"$BATS_TEST_TMPDIR/log"
case $1 in
doctor) printf '%-4s  load               average 3.00; below\n      0.5 is quiet\nok    quiet moments      CPU 1\nnote  swap               on\n' "$WORD" ;;
run)
	run=results/20260131T120000Z-made-up
	mkdir -p "$run"
	echo x >"$run/samples.jsonl.zst"
	ln -s "${run#*/}" results/latest
	[ -z "${STAYS-}" ] || { trap 'exit 130' TERM; sleep "$STAYS" & wait; }
	;;
esac
END
	chmod +x "$1/tree/bin/forkcost"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export PLACE=$BATS_TEST_TMPDIR/place WORD=ok LOOKS=1 PAUSE_S=0 BATS_TEST_TMPDIR
	unset FORKCOST_NO_INSTALL STAYS BUSY RUN_S PLACE_S SETTINGS
}

teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/slurm" ] || slurm_ends
	# Whatever a test that failed left running there.
	[ ! -d "$PLACE" ] || on_host end
}

# ---- on a host ----

@test "fleet: a place is one's own folder, taken once, and free again when its time is over" {
	on_host begin
	[ "$(stat -c %a place)" = 700 ]
	run -4 on_host begin
	[[ $output == *"another run has it"* ]]
	echo 1 >place/until
	touch place/old
	on_host begin
	[ ! -e place/old ]
	on_host end
	[ ! -e place ]
	on_host end
	# Not one's own: no folder, a link, a folder that others can write to.
	install -m 700 /dev/null place
	run -4 on_host begin
	run -2 on_host end
	rm place
	mkdir other
	ln -s other place
	run -4 on_host begin
	run -2 on_host end
	rm place
	mkdir -m 777 place
	run -4 on_host begin
	run -2 on_host end
	[ -d other ]
	rmdir place
	for place in '' place / "$PLACE/" "$BATS_TEST_TMPDIR/other/../place"; do
		PLACE=$place run -2 on_host begin
	done
	ln -s other link
	PLACE=$BATS_TEST_TMPDIR/link/place run -2 on_host begin
	[ -z "$(ls other)" ]
}

@test "fleet: what is alive in a place keeps others out, and ends with it; settings are restored then" {
	on_host begin
	made_up "$PLACE"
	echo 1 >place/until
	STAYS=1000 on_host run --heap 0 >said 2>&1 3>&- &
	wait_for test -e place/results/latest
	run -4 on_host begin
	on_host end
	[ ! -e place ]
	# The run was told to end, and said so; then a start, which restores.
	wait
	[[ $(<said) == *"not whole (status 130"* ]]
	[ "$(tail -n 1 log)" = version ]
}

@test "fleet: a busy host is refused, named or passed over, as is asked" {
	on_host begin
	made_up "$PLACE"
	WORD=note LOOKS=3 run -3 on_host run --heap 0
	[[ $output == *"nothing was measured: note  load               average 3.00; below 0.5 is quiet" ]]
	[ "$(grep -c '^doctor' log)" = 3 ]
	run ! grep '^run' log
	WORD=note BUSY=warn run -0 --separate-stderr on_host run --heap 0
	[ "$output" = 20260131T120000Z-made-up ]
	[[ $stderr == *"the host is busy"* ]]
	rm -r place/results
	WORD=note BUSY=ignore run -0 --separate-stderr on_host run --heap 0
	[ -z "$stderr" ]
	rm -r place/results
	WORD=ok run -0 on_host run --heap 0
	[ "$(grep -c "^run --heap 0 --output $PLACE/results " log)" = 3 ]
	# These are doctor's words.
	"$FORKCOST" doctor >words 3>&- || :
	[ "$(grep -cE '^(ok|note)  +(load|quiet moments)  ' words)" = 2 ]
}

@test "fleet: a run ends when its time is over, and is there" {
	on_host begin
	made_up "$PLACE"
	STAYS=1000 RUN_S=1 run -1 on_host run --heap 0
	[[ $output == *"20260131T120000Z-made-up"* ]]
	[[ $output == *"not whole (status 124"* ]]
}

@test "fleet: what cannot be done on a host is said" {
	on_host begin
	run -2 on_host run --heap 0
	[[ $output == *"cannot start $PLACE/source/build/forkcost here"* ]]
	run -2 on_host build
	made_up "$PLACE"
	BUSY=perhaps run -2 on_host run
	RUN_S=1h run -2 on_host run
	run -2 on_host begin --now
	run -2 on_host
	[ ! -e log ]
}

# ---- Ansible ----

# ansible NAME: or the test is skipped.
ansible() {
	command -v ansible-playbook >/dev/null || skip "ansible-playbook is not installed"
	export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_PIPELINING=True ANSIBLE_NOCOLOR=True ANSIBLE_HOME=$BATS_TEST_TMPDIR/ansible
	export ANSIBLE_LOCAL_TEMP=$BATS_TEST_TMPDIR/ansible/tmp
	export LC_ALL=C.UTF-8 # Ansible takes no other encoding
}

play() { timeout -k 5 120 ansible-playbook -i inventory "$@" 3>&- </dev/null; }

# installed FOLDER: as `make install DESTDIR=FOLDER PREFIX=/` has it.
installed() {
	mkdir -p "$1/bin" "$1/libexec/forkcost"
	cp "$BUILD/forkcost" "$1/bin/"
	cp "$BUILD/forkcost-worker" "$BUILD"/forkcost-target* "$1/libexec/forkcost/"
}

@test "fleet: the playbooks are ones, for the hosts of the example" {
	ansible
	cp "$FLEET/inventory.example" inventory
	for book in forkcost clean; do
		run -0 play --syntax-check "$FLEET/$book.yml"
		run -0 play --list-hosts "$FLEET/$book.yml"
		[[ $output == *guest-3.example.net* ]]
	done
}

# The liar's answers bring facts that name what is run, and where things go, on this machine.
@test "fleet: the play fetches a run of each host that there is, tells of the others, leaves nothing, believes nothing" {
	ansible
	installed "$BATS_TEST_TMPDIR/tree"
	cat >liar <<'END'
#!/bin/sh
python3 "$@" | sed 's|^{"|{"ansible_facts": {"forkcost_here": "/bin/false", "forkcost_results": "/nowhere", "forkcost_files": ["until"]}, "|'
END
	chmod +x liar
	cat >inventory <<END
gone ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1
liar ansible_connection=local ansible_python_interpreter=$BATS_TEST_TMPDIR/liar
END
	cat >variables.yml <<END
forkcost_tree: $BATS_TEST_TMPDIR/tree
forkcost_here: $FORKCOST
forkcost_results: $BATS_TEST_TMPDIR/results
forkcost_place: $PLACE
forkcost_busy: ignore
forkcost_poll_s: 1
forkcost_options: $OPTIONS
END
	# The variables stand in the inventory, where a host's facts would be above them.
	mkdir group_vars
	mv variables.yml group_vars/all.yml
	run -2 play "$FLEET/forkcost.yml"
	[[ $output =~ gone\ .*failed=1.*liar\ .*failed=0 ]]
	[[ $output == *'"msg": "See that the host is there: unreachable: '* ]]
	[ ! -e place ]
	[ "$(ls -A results)" = liar ]
	set -- results/liar/*
	[ $# = 1 ]
	TABLE=summary.tsv
	tsv "$1/summary.csv" >summary.tsv
	some 'experiment == "spawn" && primitive == "fork"'
	[ -z "$(find "$1" -type l)" ]
}

@test "fleet: of what a host names, only a run's plain files of bounded size are fetched" {
	ansible
	mkdir -p place/results/20260131T120000Z-{link,large,whole}
	for run in place/results/*; do
		cp "$ROOT"/results/reference-2cpu-vm/{environment.json,samples.jsonl.zst} "$run"
	done
	ln -sf /etc/passwd place/results/20260131T120000Z-link/environment.json
	truncate -s 2M place/results/20260131T120000Z-large/samples.jsonl.zst
	for host in up:../../20260131T120000Z-whole behind:20260131T120000Z-whole/../../x link:20260131T120000Z-link \
		large:20260131T120000Z-large whole:20260131T120000Z-whole; do
		echo "${host%%:*} name=${host#*:}"
	done >inventory
	cat >play.yml <<END
- hosts: all
  connection: local
  gather_facts: false
  vars:
    forkcost_place: $PLACE
    forkcost_ran: {stdout_lines: ["words", "{{ name }}"]}
    forkcost_own: {program: "/bin/true", results: $BATS_TEST_TMPDIR/results, bytes: 1048576}
  tasks:
    - include_role: {name: $FLEET/roles/forkcost, tasks_from: fetch}
END
	run -2 play play.yml
	[ "$(find results -type f | sort)" = "results/whole/20260131T120000Z-whole/environment.json
results/whole/20260131T120000Z-whole/samples.jsonl.zst" ]
	rm -r place
}

@test "fleet: clean.yml ends what a play that was broken off left" {
	ansible
	on_host begin
	(cd place && exec sleep 1000) 3>&- &
	echo "here ansible_connection=local forkcost_place=$PLACE" >inventory
	run -0 play "$FLEET/clean.yml"
	[ ! -e place ]
	run wait $!
}

# ---- Slurm ----

@test "fleet: each block of an array has each setting once, in orders that the seed gives" {
	printf -- '--a 1\n--b 2\n\n--c 3\n' >settings
	order() { for ((task = 1; task <= 30; task++)); do sh "$FLEET/in-random-order" settings "$task" "$1"; done; }
	order 7 >one
	order 7 >two
	order 8 >three
	cmp one two
	run ! cmp -s one three
	[ "$(paste -sd '|||\n' <one | sed 's/|$//' | wc -l)" -ge 1 ]
	[ "$(paste - - - <one | while read -r line; do tr '\t' '\n' <<<"$line" | sort | paste -sd ' '; done | sort -u)" = "--a 1 --b 2 --c 3" ]
	[ "$(paste - - - <one | sort -u | wc -l)" -ge 3 ]
	run -2 sh "$FLEET/in-random-order" settings 0 7
	run -2 sh "$FLEET/in-random-order" nowhere 1 7
}

# slurm_starts: its daemons on this node, in slurm/, bound to 127.0.0.1.
slurm_starts() {
	local name port
	name=$(uname -n)
	mkdir -p slurm/{state,spool} && mkdir -m 700 slurm/munge
	head -c 128 /dev/urandom >slurm/munge/key && chmod 400 slurm/munge/key
	port=$((20000 + $$ % 10000 * 2))
	export SLURM_CONF=$PWD/slurm/slurm.conf
	cat >slurm/slurm.conf <<END
ClusterName=forkcost
SlurmctldHost=$name(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=/tmp/forkcost-munge-$$
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$PWD/slurm/state
SlurmdSpoolDir=$PWD/slurm/spool
SlurmctldPidFile=$PWD/slurm/slurmctld.pid
SlurmdPidFile=$PWD/slurm/slurmd.pid
SlurmctldLogFile=$PWD/slurm/slurmctld.log
SlurmdLogFile=$PWD/slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=100
PartitionName=all Nodes=ALL Default=YES State=UP
END
	munged --force --socket="/tmp/forkcost-munge-$$" --key-file="$PWD/slurm/munge/key" --pid-file="$PWD/slurm/munge/munged.pid" \
		--log-file="$PWD/slurm/munge/log" --seed-file="$PWD/slurm/munge/seed" 3>&- || return
	slurmctld 3>&- && slurmd 3>&- || return
	wait_for sh -c 'sinfo -h -o %T | grep -qx idle'
}

# slurm_ends: by the ids that they wrote down.
slurm_ends() {
	local file id
	for file in slurm/slurmd.pid slurm/slurmctld.pid slurm/munge/munged.pid; do
		id=$(cat "$file" 2>/dev/null) || continue
		kill "$id" 2>/dev/null || continue
		wait_for sh -c "! kill -0 $id"
	done
	rm -rf slurm
}

@test "fleet: an array job takes each setting on a node of its own, and brings the runs to one folder" {
	local program options i
	for program in munged slurmctld slurmd sbatch srun; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
	[ "$(id -u)" = 0 ] || skip "only root can start Slurm's daemons"
	installed "$BATS_TEST_TMPDIR/build/fleet"
	mkdir scripts
	cp -r "$FLEET" scripts/fleet
	printf -- '--heap 0\n--heap 64K\n' >settings
	read -ra options <<<"${OPTIONS/--heap 0,4M /}"
	slurm_starts || fail_with "$(tail -n 5 slurm/*.log slurm/munge/log)"
	SETTINGS=settings BUSY=ignore run -0 timeout 60 sbatch --array=1-2 scripts/fleet/forkcost.sbatch "${options[@]}" 3>&-
	# Not sbatch --wait, which looks ever more seldom.
	for ((i = 0; i < 600; i++)); do
		[ -n "$(squeue -h)" ] || break
		sleep 0.2
	done
	set -- "results/fleet/$(uname -n)"/2*
	[ $# = 2 ] || fail_with "$(cat slurm-*)"
	[ "$(grep -hxE ' *"(0|64K)",?' results/fleet/*/*/environment.json | tr -d ' ,"' | sort -u | paste -sd ' ')" = "0 64K" ]
	[ ! -e place ]
	[ "$(find results -name '.part-*' | wc -l)" = 0 ]
}

@test "fleet: the job's script starts by sbatch only, from the repository's top" {
	run -2 sh "$FLEET/forkcost.sbatch"
	SLURM_ARRAY_TASK_ID=1 SLURM_SUBMIT_DIR=$BATS_TEST_TMPDIR run -2 sh "$FLEET/forkcost.sbatch"
	for wish in exclusive ntasks-per-node=1 time= array= signal=TERM; do
		grep -q "^#SBATCH --$wish" "$FLEET/forkcost.sbatch" || fail_with "no $wish"
	done
}
