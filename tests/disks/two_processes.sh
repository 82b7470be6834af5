#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: two_processes.sh ARCHITECTURE PROGRAM
# Two processes individualize on one store at once: one identity in the end, and no damage.
script_arguments=("$@")
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
. "$tests/disks/together.sh"
start_tool one "$1" "$2"
start_tool two "$1" "$2"
individualize_together
