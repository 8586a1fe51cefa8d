# Prints each word of the text $1 with its count, separated by a tab, in order of the words. A word is made of letters; an
# apostrophe may stand inside.
tr 'A-Z' 'a-z' < "$1" | tr -cs "a-z'" '\n' | awk '
  { gsub(/^\047+|\047+$/, "") }
  $0 != "" { count[$0]++ }
  END { for (word in count) printf "%s\t%d\n", word, count[word] }
' | sort
