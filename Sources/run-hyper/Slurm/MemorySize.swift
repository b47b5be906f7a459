import Literals

/// Memory of a job, in the units of 1024 kB that Slurm counts in.
package struct MemorySize: Equatable, Sendable, CustomStringConvertible {
  /// 0 for all memory of a node.
  package let megabytes: Int

  private static let units: [String: Double] = ["M": 1, "G": 1024, "T": 1024 * 1024]

  package init(megabytes: Int) { self.megabytes = megabytes }

  /// The smallest size of at least that many bytes.
  package init(bytes: Double) { megabytes = Int((bytes / 1_048_576).rounded(.up)) }

  /// Reads `500M`, `16G`, `1.5T`, or `0`.
  ///
  /// - Throws: `CommandError.input` for any other text; a number alone could mean megabytes or gigabytes.
  package init(parsing text: String, option: String = "--memory") throws(CommandError) {
    if text == "0" {
      megabytes = 0
      return
    }
    func refused(_ found: String, _ expected: String) -> CommandError {
      .input(message(at: option, found: found, expected: expected))
    }
    guard let match = text.wholeMatch(of: #/([0-9]+(?:\.[0-9]+)?)([MGT])?(?:i?B)?/#.ignoresCase()),
      let number = Double(match.output.1)
    else { throw refused("'\(text)'", "a size such as 500M or 16G, or 0 for all memory of a node") }
    guard let unit = match.output.2.flatMap({ Self.units[$0.uppercased()] }) else {
      throw refused("'\(text)', which Slurm reads as megabytes", "a unit: \(text)M or \(text)G")
    }
    guard number * unit >= 1, number * unit <= 1e9 else {
      throw refused("'\(text)'", "a size from 1M to 900T")
    }
    megabytes = Int((number * unit).rounded(.up))
  }

  package var bytes: Double { Double(megabytes) * 1_048_576 }

  /// The size as Slurm reads it.
  package var slurmText: String { megabytes == 0 ? "0" : "\(megabytes)M" }

  package var description: String { megabytes == 0 ? "all memory of the node" : "\(megabytes) MB" }
}
