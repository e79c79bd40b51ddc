# SPDX-License-Identifier: MIT
# The C++ of the documentation as programs: awk -v root=PROJECT -v folder=OUTPUT -f programs.awk PAGE...
# writes OUTPUT/layers.conv.1.cpp for the first program of docs/layers/conv.md, whose first line names page and line.
#
# A block of C++ with a main is a program. Other blocks stand in a hidden one, a comment before the first of them:
#     <!-- program
#     ... (a line of dots for each of the blocks that follow)
#     -->
# Behind a program the line "prints" and a block of text say what it prints; OUTPUT/layers.conv.1.txt has that text.
# What cannot be made a program becomes one that does not compile and says why.

function write_program(line, text) {
    name = folder "/" page "." ++count
    printf "// %s:%d\n%s", shown, line, text > (name ".cpp")
    close(name ".cpp")
}
function place(line) { return "#line " line " \"" FILENAME "\"\n" }
function refuse(line, why) { write_program(line, place(line) "#error \"" why "\"\n") }
function end_frame() {
    if (frame_line) refuse(frame_line, "the hidden program has more dots than blocks behind it")
    frame_line = 0
}
# Text of the frame up to the next dots; true if there are some.
function next_dots(   line) {
    framed = framed place(frame_at)
    while (frame_at < frame_end) {
        line = frame[frame_at++]
        if (line ~ /^ *\.\.\.$/) return 1
        framed = framed line "\n"
    }
    return 0
}

FNR == 1 {
    if (NR > 1) { FILENAME_now = FILENAME; FILENAME = last; end_frame(); FILENAME = FILENAME_now }
    last = FILENAME
    shown = page = substr(FILENAME, length(root) + 2)
    sub(/^docs\//, "", page); sub(/\.md$/, "", page); gsub(/\//, ".", page)
    count = inside = printed = 0
}
inside == "frame" {
    if (/^-->$/) {
        inside = 0; frame_end = FNR
        if (!next_dots()) { refuse(frame_line, "the hidden program has no dots"); frame_line = 0 }
    } else frame[FNR] = $0
    next
}
/^<!-- program$/ && !inside { end_frame(); inside = "frame"; frame_line = FNR; frame_at = FNR + 1; framed = ""; printed = 0; next }
/^```/ && !inside {
    inside = $0 == "```cpp" ? "program" : $0 == "```text" && printed == 2 ? "output" : "other"
    text = ""; first = FNR
    if (inside != "output") printed = 0
    next
}
/^```$/ && inside {
    if (inside == "output") { printf "%s", text > (name ".txt"); close(name ".txt"); printed = 0 }
    if (inside == "program") {
        printed = 1
        if (text ~ /int main\(/) write_program(first, place(first + 1) text)
        else if (!frame_line) refuse(first, "this block has no main, and no hidden program stands before it")
        else {
            framed = framed place(first + 1) text
            if (!next_dots()) { write_program(frame_line, framed); frame_line = 0 }
        }
    }
    inside = 0
    next
}
inside { text = text $0 "\n"; next }
/^prints$/ && printed == 1 { printed = 2; next }
/[^ ]/ { printed = 0 }
END { end_frame() }
