import Foundation

/// Prints measurements as a table, and writes them as JSON lines where asked.
final class Report {
  private var file: FileHandle?
  private var group = ""

  /// - Parameter json: The file to write, which is made anew.
  init(json: String?) throws {
    if let json {
      guard FileManager.default.createFile(atPath: json, contents: nil) else {
        throw BenchmarkError("\(json): found no way to write it; expected a file in a writable folder")
      }
      file = FileHandle(forWritingAtPath: json)
    }
    let machine = Machine()
    print("\(machine.cpu), \(machine.cores) cores; load \(machine.load) at the start")
    try write(machine)
  }

  /// Adds a line.
  func add(_ measurement: Measurement) {
    if measurement.group != group {
      group = measurement.group
      print("\n\(group)")
    }
    let timing = measurement.timing
    let spread = "\(Self.time(timing.seconds[0])) … \(Self.time(timing.seconds[timing.seconds.count - 1]))"
    let columns = [
      Self.padded(measurement.name, 46), Self.padded(Self.time(timing.median), 9), Self.padded(spread, 21),
      measurement.rates.map(\.text).joined(separator: ", "),
    ]
    print("  " + columns.joined(separator: " "))
    let line = Line(
      group: group, name: measurement.name, medianSeconds: timing.median, leastSeconds: timing.seconds[0],
      mostSeconds: timing.seconds[timing.seconds.count - 1], rounds: timing.seconds.count,
      rates: Dictionary(measurement.rates.map { ($0.key, $0.value) }) { $1 })
    do { try write(line) } catch { preconditionFailure("a line of numbers that is no JSON: \(error)") }
  }

  private func write(_ line: some Encodable) throws {
    guard let file else { return }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try file.write(contentsOf: try encoder.encode(line) + Data("\n".utf8))
  }

  /// A measurement in JSON.
  private struct Line: Encodable {
    let group: String
    let name: String
    let medianSeconds: Double
    let leastSeconds: Double
    let mostSeconds: Double
    let rounds: Int
    let rates: [String: Double]
  }

  // MARK: - Text

  /// Three digits that count.
  static func digits(_ value: Double) -> String {
    let places = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : 2
    return String(format: "%.\(places)f", value)
  }

  private static func time(_ seconds: Double) -> String {
    let units = [(1e9, "ns"), (1e6, "µs"), (1e3, "ms")]
    let (factor, unit) = units.first { seconds * $0.0 < 1000 } ?? (1, "s")
    return "\(digits(seconds * factor)) \(unit)"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// Where and when the figures were taken.
struct Machine: Encodable {
  let group = "machine"
  let cpu: String
  let cores = ProcessInfo.processInfo.activeProcessorCount
  /// The load averages over 1, 5 and 15 minutes; figures count where they are near 0.
  let load: String
  let date = Date().formatted(.iso8601)

  init() {
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let lines = processors.split(separator: "\n")
    let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let wide = lines.contains { $0.hasPrefix("flags") && $0.contains(" avx512f ") } ? " with AVX-512" : ""
    cpu = (model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "CPU") + wide
    let averages = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    load = averages.split(separator: " ").prefix(3).joined(separator: " ")
  }

  private enum CodingKeys: CodingKey { case group, cpu, cores, load, date }
}

/// Something that keeps a benchmark from being taken.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
