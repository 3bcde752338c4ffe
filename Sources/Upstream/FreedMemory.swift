import CCurl

/// What the allocator holds though nobody uses it.
///
/// It is told to hold some when libcurl is opened (`aor_curl_open`), which is why it is told here to let go.
public enum FreedMemory {
  /// Gives it back to the system, which takes milliseconds; does nothing where the allocator is not glibc's.
  public static func giveBack() { aor_memory_give_back() }
}
