import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How many descriptors this process may have open.
///
/// The usual soft limit of 1024 (256 on macOS) is there for programs that call `select`, which breaks above it; a server
/// that does not may take what the hard limit allows. Other programs that we start get the limit we were given.
/// See https://man7.org/linux/man-pages/man2/getrlimit.2.html and http://0pointer.net/blog/file-descriptor-limits.html.
public enum DescriptorLimit {
  /// More than any gateway needs; some systems have a hard limit of a billion.
  private static let most: rlim_t = 1 << 20

  private static let original = Mutex<rlimit?>(nil)

  /// Raises the soft limit to the hard one, and returns what it is now.
  @discardableResult
  public static func raise() -> Int {
    original.withLock { original in
      guard let now = current() else { return 256 }
      var wanted = now
      wanted.rlim_cur = max(now.rlim_cur, min(now.rlim_max, most))
      #if canImport(Darwin)
        // Above it setrlimit(2) refuses, whatever the hard limit says.
        wanted.rlim_cur = max(now.rlim_cur, min(wanted.rlim_cur, rlim_t(OPEN_MAX)))
      #endif
      if wanted.rlim_cur > now.rlim_cur, set(wanted), original == nil { original = now }
      return Int(clamping: current()?.rlim_cur ?? now.rlim_cur)
    }
  }

  /// Runs `body`, which starts another program, under the limit that this process was started with.
  static func withOriginal<Result>(_ body: () -> Result) -> Result {
    original.withLock { original in
      guard var given = original, let raised = current() else { return body() }
      // A hard limit that was lowered meanwhile cannot be raised again.
      given.rlim_max = raised.rlim_max
      _ = set(given)
      defer { _ = set(raised) }
      return body()
    }
  }

  private static func current() -> rlimit? {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? limit : nil
  }

  private static func set(_ limit: rlimit) -> Bool {
    var limit = limit
    return setrlimit(resource, &limit) == 0
  }

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif
}
