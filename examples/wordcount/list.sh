# Prints the names of the texts as a JSON array, without their suffix.
cd texts
ls *.txt | awk '{ sub(/\.txt$/, ""); printf "%s\"%s\"", (NR == 1 ? "[" : ", "), $0 } END { print "]" }'
