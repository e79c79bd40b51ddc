# SPDX-License-Identifier: MIT
# Checks of a script, as many side by side as there are processors; the script sources this file. `names` holds what is asked for, and
# nothing for all; `work` is a folder of its own, where each check has one, in which it runs.
at_once=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

# Each leaves its verdict in a file, and its words where it failed.
check() { # name, tool that it needs, command...
    local name=$1 tool=$2
    shift 2
    [ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $name "* ]] || return 0
    if ! command -v "$tool" >/dev/null; then
        echo "$name: skipped, there is no $tool" | tee "$work/$name.verdict"
        return
    fi
    [ "$(jobs -pr | wc -l)" -lt "$at_once" ] || wait -n
    {
        local started=$SECONDS
        mkdir -p "$work/$name"
        if (cd "$work/$name" && CMAKE_BUILD_PARALLEL_LEVEL=1 "$@") >"$work/$name.log" 2>&1; then
            echo "$name: passed, $((SECONDS - started)) s"
        else
            cat "$work/$name.log" >&2
            echo "$name: FAILED"
        fi | tee "$work/$name.verdict"
    } &
}

# Waits for all; ctest's closing line, and its status.
verdict() {
    wait
    local good bad
    good=$(cat "$work"/*.verdict | grep -c ': passed') bad=$(cat "$work"/*.verdict | grep -c ': FAILED$')
    echo "$(cat "$work"/*.verdict | grep -c ': skipped') skipped"
    echo "$((good * 100 / (good + bad)))% tests passed, $bad tests failed out of $((good + bad))"
    return $((bad > 0))
}
