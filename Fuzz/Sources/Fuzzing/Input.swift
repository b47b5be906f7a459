import Foundation

/// The bytes that a fuzzer tries, taken from the front.
public struct Input {
  private var rest: ArraySlice<UInt8>

  /// - Parameter bytes: As `LLVMFuzzerTestOneInput` gets them.
  public init(_ bytes: UnsafePointer<UInt8>, count: Int) {
    rest = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))[...]
  }

  /// The next byte, 0 at the end.
  public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next byte's remainder, for a choice among a few.
  public mutating func choice(of count: Int) -> Int { Int(byte()) % count }

  /// The next two bytes.
  public mutating func short() -> Int { Int(byte()) << 8 | Int(byte()) }

  /// Whether nothing is left.
  public var isEmpty: Bool { rest.isEmpty }

  /// All that is left.
  public mutating func bytes() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }

  /// All that is left, as text.
  public mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }
}

/// Tries an input, and ends the process when that takes more than a second of processor time, and as much again for each
/// quarter of a megabyte.
///
/// A clock on the wall would go on while other processes have the processor.
public func attempt(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ body: (inout Input) -> Void) -> CInt {
  var input = unsafe Input(bytes, count: count)
  let start = clock()
  body(&input)
  let seconds = Double(clock() - start) / 1_000_000  // CLOCKS_PER_SEC, the same everywhere by POSIX
  require(seconds < 1 + Double(count) / 250_000, "\(seconds) s for \(count) bytes")
  return 0
}

/// Ends the process with a message when something does not hold that has to.
///
/// - Parameter message: What was expected and what came, for whoever reads the fuzzer's log.
public func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  guard !condition else { return }
  fatalError(message(), file: file, line: line)
}

/// Whether a message is one line and would do nothing to a terminal.
public func isPlain(_ message: String) -> Bool {
  message.utf8.allSatisfy { 0x20...0x7E ~= $0 }
    || message.unicodeScalars.allSatisfy { scalar in
      scalar.properties.generalCategory != .control && ![0x061C, 0x200E, 0x200F, 0x2028, 0x2029].contains(scalar.value)
        && !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
    }
}
