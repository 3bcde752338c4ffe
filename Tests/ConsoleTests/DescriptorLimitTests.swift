import Testing

@testable import Console

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@Suite struct DescriptorLimitTests {
  @Test func programsThatWeStartGetTheLimitThatWeWereGiven() throws {
    // The limit is the process's: a little less than it may be disturbs no other test.
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    try #require(getrlimit(resource, &limit) == 0)
    limit.rlim_cur = min(limit.rlim_cur, min(limit.rlim_max, 1 << 20) - 1)
    try #require(setrlimit(resource, &limit) == 0)
    #expect(DescriptorLimit.raise() >= Int(clamping: limit.rlim_cur))
    // Twice, since the second time there is nothing left to raise.
    #expect(DescriptorLimit.raise() >= Int(clamping: limit.rlim_cur))

    let command = ["/bin/sh", "-c", "test $(ulimit -S -n) -eq \(limit.rlim_cur)"]
    let child = try #require(ChildProcess.spawn(command, environment: [:], input: STDIN_FILENO))
    #expect(ChildProcess.wait(for: child) == 0)
    var after = rlimit()
    #expect(getrlimit(resource, &after) == 0)
    #expect(after.rlim_cur >= limit.rlim_cur)
  }
}
