#!/bin/sh
# A shell script that speaks to Sibyl (PROTOCOL.md): it finds the root of x = cos(x) by steps of a length that is tuned.
#
#     mpirun -n 3 build/jobs/program --space jobs/program/spoken.json -- jobs/program/spoken.sh
set -eu

say() { printf '%s\n' "$1" >&"$SIBYL_FD"; }
ask() { say "$1" && read -r answer <&"$SIBYL_FD"; }
# What stands behind "name": in the answer, without quotes.
of() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\{0,1\}\([^,}\"]*\).*/\1/p"; }

ask '{"hello": {"version": 1}}'
step=$(of step) last=$(of last_epoch) epoch=$(of first_epoch) checkpoint=$(of checkpoint)
x=0
[ "$checkpoint" = null ] || x=$(cat "$checkpoint")
while [ "$epoch" -lt "$last" ]; do
  epoch=$((epoch + 1))
  x=$(awk "BEGIN { printf \"%.17g\", $x + $step * (cos($x) - $x) }")
  ask "{\"report\": {\"epoch\": $epoch, \"metrics\": {\"error\": $(awk "BEGIN { e = cos($x) - $x; print e < 0 ? -e : e }")}}}"
  goes_on=$(of go_on) path=$(of checkpoint)
  if [ "$path" != null ]; then
    echo "$x" > "$path"
    ask "{\"saved\": {\"epoch\": $epoch}}"
  fi
  [ "$goes_on" = true ] || break
done
say '{"end": {}}'
