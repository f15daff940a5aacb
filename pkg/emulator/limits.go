package emulator

import "strconv"

// dailyRequests is the allocation of API calls, as a Developer Edition's is.
const dailyRequests = 15_000

func (s *Server) limitInfo() string {
	return "api-usage=" + strconv.Itoa(s.used) + "/" + strconv.Itoa(dailyRequests)
}

func (s *Server) limits() map[string]any {
	limit := func(most, left int) map[string]int { return map[string]int{"Max": most, "Remaining": left} }
	return map[string]any{
		"DailyApiRequests":                  limit(dailyRequests, max(0, dailyRequests-s.used)),
		"DataStorageMB":                     limit(5, 5),
		"FileStorageMB":                     limit(20, 20),
		"DailyMetadataDeploys":              limit(5000, 5000),
		"HourlyAsyncReportRuns":             limit(1200, 1200),
		"DailyBulkApiBatches":               limit(15_000, 15_000),
		"ActiveScratchOrgs":                 limit(3, 3),
		"DailyBulkV2QueryJobs":              limit(10_000, 10_000),
		"ConcurrentAsyncGetReportInstances": limit(200, 200),
	}
}
