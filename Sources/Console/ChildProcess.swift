#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Runs another program in the foreground of this terminal, or in our place.
///
/// Never through a shell, and under the limit of descriptors that we were given (`DescriptorLimit`).
public enum ChildProcess {
  /// Replaces this process by `path`; returns only when that fails, with the system's reason.
  public static func replace(with path: String, arguments: [String], environment: [String: String]) -> String {
    // What we ignore would stay ignored in the other program.
    signal(SIGPIPE, SIG_DFL)
    return withCStrings([path] + arguments) { argv in
      withCStrings(environment.map { "\($0)=\($1)" }) { envp in
        DescriptorLimit.withOriginal {
          execve(path, argv, envp)
          return String(cString: strerror(errno))
        }
      }
    }
  }

  /// Starts a program found on `PATH` with `input` as its standard input; nil when it cannot be started.
  static func spawn(_ command: [String], environment: [String: String], input: Int32) -> pid_t? {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var child: pid_t = 0
    let status: Int32 = withCStrings(command) { argv in
      guard let program = argv[0] else { return ENOENT }
      return withCStrings(environment.map { "\($0)=\($1)" }) { envp in
        DescriptorLimit.withOriginal { posix_spawnp(&child, program, &actions, &attributes, argv, envp) }
      }
    }
    return status == 0 ? child : nil
  }

  static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func withCStrings<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
  ) -> T {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an array that ends in nil is not empty") }
      return body(base)
    }
  }
}
