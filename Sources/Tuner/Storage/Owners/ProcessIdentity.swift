/// The process that owns a trial, in a form that no later process can share.
///
/// Process numbers are reused after a while; together with the kernel's boot, the namespace and the start time
/// of the process, they are unique. So the death of an owner on this host is noticed at once, without a timer.
struct ProcessIdentity: Sendable, Hashable, CustomStringConvertible {
  let host: String

  /// The kernel's random identifier of this boot.
  let boot: String

  /// The namespace of `process`; containers have their own.
  let namespace: String

  let process: Int32

  /// When the process started, in clock ticks since boot.
  let start: UInt64

  /// Whether the process is alive, as far as can be known from here.
  enum Life { case alive, dead, unknown }

  /// The identity of a running process of this host, by default this one, or `nil` if there is no such process.
  init?(process: Int32? = nil) {
    let folder = process.map(String.init) ?? "self"
    guard let stat = Self.stat(folder) else { return nil }
    self.process = stat.process
    start = stat.start
    host = Self.text("/proc/sys/kernel/hostname")
    boot = Self.text("/proc/sys/kernel/random/boot_id")
    namespace = Disk.link("/proc/self/ns/pid").map { $0.filter(\.isNumber) } ?? "0"
  }

  /// Parses a `description`, ignoring any text after it.
  init?(_ description: some StringProtocol) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 5, let process = Int32(parts[3]), let start = UInt64(parts[4]) else { return nil }
    host = String(parts[0])
    boot = String(parts[1])
    namespace = String(parts[2])
    self.process = process
    self.start = start
  }

  var description: String { "\(host)/\(boot)/\(namespace)/\(process)/\(start)" }

  /// The process in words.
  var words: String { "process \(process) on \(host)" }

  /// Whether this process is alive, as seen from another one.
  func life(seenFrom observer: ProcessIdentity) -> Life {
    guard boot == observer.boot else {
      // The same machine after a restart: earlier processes are dead.
      return host == observer.host ? .dead : .unknown
    }
    guard namespace == observer.namespace else { return .unknown }
    guard let stat = Self.stat(String(process)), stat.start == start else { return .dead }
    // A zombie has ended, and only waits for its parent to notice.
    return stat.state == "Z" || stat.state == "X" ? .dead : .alive
  }

  /// Fields 1, 3 and 22 of `/proc/PID/stat`; field 2, the program's name, may contain spaces and parentheses.
  private static func stat(_ folder: String) -> (process: Int32, state: String, start: UInt64)? {
    let text = text("/proc/\(folder)/stat")
    guard let bracket = text.lastIndex(of: ")"), let process = Int32(text.prefix { $0 != " " }) else { return nil }
    let fields = text[text.index(after: bracket)...].split(separator: " ")
    guard fields.count > 19, let start = UInt64(fields[19]) else { return nil }
    return (process, String(fields[0]), start)
  }

  private static func text(_ path: String) -> String {
    guard let bytes = try? Disk.read(path) else { return "" }
    return String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline && ($0 != "/") }
  }
}

extension StudyStore {
  /// The owner text of a worker of another process, or `nil` if there is no such process.
  package static func owner(ofProcess process: Int32) -> String? {
    ProcessIdentity(process: process).map { "\($0)/1" }
  }
}
