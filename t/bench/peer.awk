# SPDX-License-Identifier: ISC
# What mls-filter does with Postfix lines in traditional form, but for IP
# databases, the year, the zone and hostile text: seven of its columns.
function cell(text) {
	if (text ~ /[\\",]/) {
		gsub(/\\/, "\\\\&", text)
		if (text ~ /[",]/) {
			gsub(/"/, "\"\"", text)
			return "\"" text "\""
		}
	}
	return text
}
BEGIN {
	OFS = ","
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names, " ")
	for (i in names)
		month[names[i]] = sprintf("%02d", i)
	print "server,date,ip,user,event,service,mechanism"
}
/\/smtpd\[[0-9]+\]: warning: [^ ]+\[[0-9a-f.:]+\]: SASL [A-Z-]+ authentication failed/ {
	n = split($5, tag, "[/[]")
	split($7, client, "[][]")
	at = index($0, ", sasl_username=")
	day = $2 < 10 ? "0" $2 : $2
	print $4, "2026-" month[$1] "-" day "T" $3 "+00:00", client[2],
	    at ? cell(substr($0, at + 16)) : "", "auth-failure",
	    tag[n - 2] == "postfix" ? "smtpd" : tag[n - 2], $9
}
