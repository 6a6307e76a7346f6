# Writes forcewire's manual: forcewire.1.in, with what `forcewire --help` says put in where a line
# is @OPTIONS@, @MODELS@ or @STATUS@. So the two cannot contradict each other.
#
#   awk -v version=0.1.0 -f manual.awk HELP forcewire.1.in
#
# HELP has sections, "Name:" in the first column. An option begins in the third, and what it means
# in the 29th, in the same line when there is room.

BEGIN { column = 29 }

# As mdoc wants it: hyphens stay what they are, options stay in one piece, and no line begins like a
# macro.
function literally(words) {
  gsub(/\\/, "\\\\e", words)
  gsub(/--[a-z-]+/, "\\\\%&", words)
  gsub(/-/, "\\\\-", words)
  return words ~ /^[.']/ ? "\\&" words : words
}

# "-m,--model NAME" as arguments of .It
function flags(option,   words, names, count, n, line) {
  count = split(option, words, " ")
  for (n = split(words[1], names, ","); n > 0; --n) {
    line = "Fl " literally(substr(names[n], 2)) (line ? " , " line : "")
  }
  for (n = 2; n <= count; ++n) {
    line = line " Ar " literally(words[n])
  }
  return line
}

# Text to be filled: a sentence begins a line.
function filled(lines) {
  gsub(/\. /, ".\n", lines)
  return lines
}

# A table stays in its columns, everything else is filled.
function end_of_option() {
  if (option == "") return
  if (meaning ~ /[^ \n]   +[^ ]/) meaning = ".Bd -unfilled -compact\n" meaning ".Ed\n"
  else meaning = filled(meaning)
  options = options ".It " flags(option) "\n" meaning
  option = meaning = ""
}

function end_of_section() {
  end_of_option()
  if (in_list) options = options ".El\n"
  in_list = 0
}

FNR == 1 { ++file }

file == 1 && /^[A-Z].*:$/ {
  end_of_section()
  section = substr($0, 1, length($0) - 1)
  next
}

file == 1 && section ~ /^Models/ {
  if (/^  [^ ]+: /) {
    name = substr($1, 1, length($1) - 1)
    models = models ".It Cm " literally(name) "\n" literally(substr($0, length(name) + 5)) "\n"
  }
  next
}

file == 1 && section == "Exit status" {
  if (/^ +[0-9]+  /) {
    number = $1
    sub(/^ +[0-9]+ +/, "")
    status = status ".It " number "\n" literally($0) "\n"
  } else {
    if (!/^     / && !after_list++) status = status ".El\n.Pp\n"
    sub(/^ +/, "")
    status = status filled(literally($0)) "\n"
  }
  next
}

file == 1 && /^  -/ {
  end_of_option()
  if (!in_list++) options = options ".Ss " section "\n.Bl -tag -width Ds\n"
  alone = length($0) >= column && substr($0, column - 1, 1) != " "
  option = alone ? $0 : substr($0, 1, column - 1)
  if (!alone && length($0) >= column) meaning = literally(substr($0, column)) "\n"
  next
}

file == 1 && /[^ ]/ && option != "" {
  meaning = meaning literally(substr($0, column)) "\n"
}

file == 1 { next }

/^@OPTIONS@$/ { end_of_section(); printf "%s", options; next }
/^@MODELS@$/ { printf ".Bl -tag -width buckingham\n%s.El\n", models; next }
/^@STATUS@$/ { printf ".Bl -tag -width Ds\n%s%s", status, after_list ? "" : ".El\n"; next }
{
  gsub(/@VERSION@/, version)
  print
}

END { if (!options || !models || !status) exit 1 }
