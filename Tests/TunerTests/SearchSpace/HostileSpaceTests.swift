import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct HostileSpaceTests {
  @Test(arguments: [
    ("a'b choice [1]", "f:1:1: found parameter 'a'b', whose name contains a quote; expected a plain name"),
    (
      "a\u{1B}[31m choice [1]",
      "f:1:1: found parameter 'a\\u{1B}[31m', whose name contains an invisible character; expected a plain name"
    ),
    (
      "\u{202E}a choice [1]",
      "f:1:1: found parameter '\\u{202E}a', whose name contains an invisible character; expected a plain name"
    ),
    ("a cho\u{1B}ice [1]", "f:1:3: found type 'cho\\u{1B}ice'; expected choice"),
    ("a choice [\u{7}]", "f:1:11: found '\\u{7}'; expected a number, text in quotes, True, False, None or a list"),
  ])
  func `A name or a mistake with invisible characters is shown by their escapes`(text: String, message: String) {
    let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(parsing: text, file: "f") }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["'\u{DDD} # b'", "\"\u{301}#\"", "'\\\u{301} # b'", "'a\\'\u{301} # b'"])
  func `A combining mark hides no quote from the search for comments`(text: String) throws {
    let space = try SearchSpace(parsing: "a choice [\(text)] # the end", file: "f")
    #expect(space.parameters.first?.distribution == .choice([try Literal(parsing: text)]))
  }

  @Test func `Of byte order marks the first is none of the file's text and a second one none of a name's`() {
    #expect(throws: Never.self) { try SearchSpace(parsing: "\u{FEFF}t choice [1]", file: "f") }
    #expect(throws: SearchSpaceError.self) { try SearchSpace(parsing: "\u{FEFF}\u{FEFF}t choice [1]", file: "f") }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `A space written again line by line is the same space`(seed: UInt64) throws {
    var generator = SplitMix64(seed)
    func number() -> Double { (generator.nextUniform() * 20 - 10).rounded(.down) + generator.nextUniform() }
    let parameters = (0..<30).map { index in
      let (low, width) = (number(), generator.nextUniform() + 0.5)
      let distribution: Distribution =
        switch index % 5 {
        case 0: .choice((0...index).map { [.integer($0), .number(Double($0) + 0.5), .text("'\($0)\\#\"")][$0 % 3] })
        case 1: .uniform(low: low, high: low + width)
        case 2: .quantizedUniform(low: low, high: low + width, step: width / 8)
        case 3: .logUniform(low: low, high: low + width)
        default: .logUniformBounds(low: width, high: width + 1)
        }
      return (name: "größe-\(index)", distribution: distribution)
    }
    // One list of each length that fits a grid.
    let lines = parameters.filter { parameter in
      if case .choice = parameter.distribution { return parameter.name.hasSuffix("0") }
      return true
    }
    let text = lines.map { "\($0.name)\t\($0.distribution.keyword)  \(Self.values($0.distribution)) # \($0.name)" }
      .joined(separator: "\r\n")
    let space = try SearchSpace(parsing: text, file: "f")
    #expect(space.parameters.map(\.name) == lines.map(\.name))
    #expect(space.parameters.map(\.distribution) == lines.map(\.distribution))
  }

  private static func values(_ distribution: Distribution) -> String {
    func text(_ numbers: Double...) -> String { numbers.map { Literal.number($0).python }.joined(separator: ",") }
    return switch distribution {
    case .choice(let values): Literal.list(values).python
    case .uniform(let low, let high), .logUniform(let low, let high), .logUniformBounds(let low, let high):
      text(low, high)
    case .quantizedUniform(let low, let high, let step): text(low, high, step)
    }
  }

  @Test func `A name of 10,000 characters is refused in a line that can be read`() {
    let error = #expect(throws: SearchSpaceError.self) {
      try SearchSpace(parsing: String(repeating: "n", count: 10_000) + " choice [1]", file: "f")
    }
    #expect(error?.description.contains("longer than 255 bytes") == true || error?.description.contains("…") == true)
    #expect((error?.description.count ?? 0) < 1200)
  }

  @Test(arguments: ["größe", "商品", "n_layers", "x.y-z", "😀"])
  func `Ordinary names in any script are names`(name: String) throws {
    #expect(try SearchSpace(parsing: "\(name) choice [1]", file: "f").parameters.map(\.name) == [name])
  }

  @Test func `A file of mistakes is told about a hundred of them, at once`() {
    let start = processorSeconds()
    let error = #expect(throws: SearchSpaceError.self) {
      try SearchSpace(parsing: String(repeating: "a chioce [1]\n", count: 200_000), file: "f")
    }
    #expect(error?.problems.count == 101)
    #expect(
      error?.problems.last?.description == "f: found more than 100 mistakes; expected these to be corrected first")
    #expect(processorSeconds() - start < 5)
  }

  @Test func `More parameters than any model has are refused at once`() {
    let start = processorSeconds()
    let text = (0..<75_000).map { "p\($0) choice [1]\n" }.joined()
    let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(parsing: text, file: "f").grid() }
    #expect(error?.description == "f: found 75000 parameters; expected at most 1000")
    #expect(processorSeconds() - start < 5)
  }

  @Test(arguments: [
    "a choice [" + String(repeating: "1,", count: 300_000) + "1]", "a choice " + String(repeating: "[", count: 500_000),
    "a uniform " + String(repeating: "9", count: 500_000) + ".0,1",
    "a choice ['" + String(repeating: "\\x41", count: 200_000),
    String(repeating: "#", count: 1_000_000), "a " + String(repeating: " ", count: 1_000_000) + "choice",
    "a choice [" + String(repeating: "-", count: 500_000) + "1]", "a choice " + String(repeating: "2*", count: 300_000),
  ])
  func `A line of a megabyte takes no more time than reading it`(text: String) {
    let start = processorSeconds()
    _ = try? SearchSpace(parsing: text, file: "f")
    #expect(processorSeconds() - start < 5)
  }

  @Test(arguments: [
    ("", false), ("-x", false), (" x", false), ("x\n", false), ("a\u{1B}b", false), ("a\u{202E}b", false),
    ("\0", false),
    (String(repeating: "é", count: 128), false), (String(repeating: "é", count: 127), true), ("Größe 1/2 (商品)", true),
    ("'; DROP TABLE study; --", true), ("👩‍👩‍👧", true), ("../../etc", true), ("%s$(x)`y`\"", true),
  ])
  func `A study's name is one line that says all it is`(name: String, isPossible: Bool) throws {
    #expect((StudyDefinition.problem(withName: name) == nil) == isPossible)
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy(name: name)
    if isPossible {
      #expect(try store.createOrContinue(definition, cells: cells).isNew)
      #expect(try store.study(named: name)?.name == name)
      #expect(try store.studies().count == 1)
    } else {
      #expect(throws: StorageError.self) { try store.createOrContinue(definition, cells: cells) }
      #expect(try store.studies().isEmpty)
    }
  }
}

/// The processor time of this thread in seconds, which other work on the machine does not lengthen.
private func processorSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
