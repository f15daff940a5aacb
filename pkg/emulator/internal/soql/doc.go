// Package soql reads the small part of SOQL that clients of the Metadata API
// send: SELECT fields FROM object WHERE conditions ORDER BY fields LIMIT n.
// [Parse] reads a query, [Query.Run] answers it from rows in memory.
//
// Not understood, and refused with MALFORMED_QUERY: sub-queries, aggregates other
// than count(), GROUP BY, HAVING, date literals other than LAST_N_DAYS:n.
package soql
