import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct SearchSpaceTests {
  @Test func `A file may have tabs, comments, quotes, a byte order mark and Windows line ends`() throws {
    let text =
      "\u{FEFF}# the grid\r\nlearning_rate\tchoice   [0.01, 1e-3]  # two\r\n\r\n  act choice ['a # b', \"x y\"]\r\n#off choice [1]\r\n"
      + "drop uniform 0.1,0.5\r\nsize quniform 8, 64, 8\r\nrate loguniform -8,0\r\n"
      + "decay loguniform_bounds 1e-4, 0.01\r\n"
    let space = try SearchSpace(parsing: text, file: "hyper.test")
    #expect(space.parameters.map(\.name) == ["learning_rate", "act", "drop", "size", "rate", "decay"])
    #expect(
      space.parameters.map(\.distribution) == [
        .choice([.number(0.01), .number(0.001)]), .choice([.text("a # b"), .text("x y")]),
        .uniform(low: 0.1, high: 0.5),
        .quantizedUniform(low: 8, high: 64, step: 8), .logUniform(low: -8, high: 0),
        .logUniformBounds(low: 0.0001, high: 0.01),
      ])
    #expect(space.parameters[3].location == "hyper.test:7:1")
  }

  @Test(arguments: [
    ("", "f: found no parameters; expected a line such as: learning_rate choice [0.01, 0.001]"),
    ("# x\n\n", "f: found no parameters; expected a line such as: learning_rate choice [0.01, 0.001]"),
    (
      "a chioce [1]",
      "f:1:3: found type 'chioce'; expected choice (the nearest of choice, loguniform, loguniform_bounds, quniform and uniform)"
    ),
    (
      "a loguniform_bound 1,2",
      "f:1:3: found type 'loguniform_bound'; expected loguniform_bounds (the nearest of choice, loguniform, loguniform_bounds, quniform and uniform)"
    ),
    ("a zzz [1]", "f:1:3: found type 'zzz'; expected choice, loguniform, loguniform_bounds, quniform or uniform"),
    (
      "a",
      "f:1:2: found no type after 'a'; expected choice, loguniform, loguniform_bounds, quniform or uniform, then the value"
    ),
    ("a choice # [1]", "f:1:10: found no value after 'choice'; expected a list such as [1, 2]"),
    ("a choice []", "f:1:10: found an empty list; expected at least one value in it"),
    ("a choice 5", "f:1:10: found 5; expected a list of values, such as [5]"),
    ("a choice [1, gelu]", "f:1:14: found gelu; expected 'gelu' in quotes, if it is text"),
    ("a choice [1, 2", "f:1:15: found the end of the text; expected ',' or ']'"),
    ("a choice [0.001, 1e-3]", "f:1:18: found 0.001 a second time; expected each value once"),
    ("a choice [1, 2, 1.0]", "f:1:17: found 1.0 a second time, the same as 1; expected each value once"),
    ("a choice [1e400]", "f:1:11: found a number beyond the range of 64 bits; expected finite numbers"),
    (
      "b choice [1]\na choice [1]\n\nb choice [2]",
      "f:4:1: found parameter 'b' again, first on line 1; expected each name once"
    ),
    ("a uniform 0.5,0.1", "f:1:11: found low 0.5 and high 0.1; expected low below high"),
    ("a uniform 0.5", "f:1:11: found 0.5; expected low,high, 2 numbers"),
    ("a uniform 0.5,'x'", "f:1:11: found [0.5, 'x']; expected low,high, 2 numbers"),
    ("a uniform 0,1e999", "f:1:11: found [0, 1e999]; expected finite numbers"),
    (
      "a quniform 0.1,0.4,1",
      "f:1:12: found no multiple of 1.0 from 0.1 to 0.4; expected a smaller step or wider bounds"
    ),
    ("a quniform 1,8,0", "f:1:12: found step 0.0; expected a step above 0"),
    (
      "a loguniform 1,1000",
      "f:1:14: found high 1000.0, a natural logarithm; expected the logarithms of the bounds, such as -9,-4"
    ),
    (
      "a loguniform_bounds -8,-4",
      "f:1:21: found low -8.0; expected bounds above 0, such as 0.0001,0.01; loguniform takes their natural logarithms"
    ),
    (
      "a loguniform_bounds 0,1",
      "f:1:21: found low 0.0; expected bounds above 0, such as 0.0001,0.01; loguniform takes their natural logarithms"
    ),
    ("a loguniform_bounds 1,0.1", "f:1:21: found low 1.0 and high 0.1; expected low below high"),
    ("a loguniform_bounds 0.1", "f:1:21: found 0.1; expected low,high, 2 numbers"),
    (
      "a nope 1\nb choice []",
      "f:1:3: found type 'nope'; expected choice, loguniform, loguniform_bounds, quniform or uniform\nf:2:10: found an empty list; expected at least one value in it"
    ),
  ])
  func `A mistake names its place and the remedy`(text: String, message: String) {
    let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(parsing: text, file: "f") }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("choice [0.01, 1e-3]", "one of 0.01, 0.001"), ("choice ['gelu', None, [64, 64]]", "one of 'gelu', None, [64, 64]"),
    ("uniform 0.1,0.5", "from 0.1 to 0.5"), ("uniform -1,2", "from -1 to 2"),
    ("quniform 30,140,32", "multiples of 32 from 32 to 128"),
    ("quniform 0.1,0.35,0.1", "multiples of 0.1 from 0.1 to 0.3"),
    ("quniform 0,1e300,1e-300", "multiples of 1e-300 from 0 to 1e+300"),
    ("loguniform -8,-4", "from 0.000335 to 0.0183, even in the logarithm (natural-log bounds -8, -4)"),
    ("loguniform -6.9,0", "from 0.00101 to 1, even in the logarithm (natural-log bounds -6.9, 0)"),
    ("loguniform_bounds 0.0001,0.01", "from 0.0001 to 0.01, even in the logarithm"),
  ])
  func `A distribution says in words what it means`(line: String, meaning: String) throws {
    let space = try SearchSpace(parsing: "a \(line)", file: "f")
    #expect(space.parameters[0].distribution.meaning == meaning)
  }

  @Test func `A grid that nobody can train is refused`() {
    let line = "choice [\((1...100).map(String.init).joined(separator: ","))]"
    let text = (1...20).map { "p\($0) \(line)" }.joined(separator: "\n")
    let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(parsing: text, file: "f") }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.location == "f:3:1")
  }

  @Test func `The grid follows the file, the last parameter fastest`() throws {
    let space = try SearchSpace(parsing: "a choice [1,2]\nb choice ['x','y','z']", file: "f")
    #expect(space.cellCount == 6)
    #expect(
      try space.grid().map(\.description) == ["a:1, b:x", "a:1, b:y", "a:1, b:z", "a:2, b:x", "a:2, b:y", "a:2, b:z"])
  }

  @Test func `A continuous parameter is in no grid`() throws {
    let space = try SearchSpace(parsing: "a choice [1,2]\nb uniform 0,1", file: "f")
    let error = #expect(throws: SearchSpaceError.self) { try space.grid() }
    #expect(
      error?.description
        == "f:2:1: found 'b' of type uniform, which cannot be searched exhaustively; expected --algo=random or bayes, or a list of values such as b choice [0.0, 0.5, 1.0]"
    )
  }

  @Test func `A range between plain bounds is in no grid either, and shows values in it`() throws {
    let error = #expect(throws: SearchSpaceError.self) {
      try SearchSpace(parsing: "a loguniform_bounds 0.25,4", file: "f").grid()
    }
    #expect(
      error?.description
        == "f:1:1: found 'a' of type loguniform_bounds, which cannot be searched exhaustively; expected --algo=random or bayes, or a list of values such as a choice [0.25, 1.0, 4.0]"
    )
  }

  @Test func `Order and spelling do not make another configuration`() {
    let a: Hyperparameters = ["b": .number(1e-3), "a": .integer(1)]
    let b: Hyperparameters = ["a": .number(1.0), "b": .number(0.001)]
    #expect(a.canonical == b.canonical)
    #expect(a.json == #"{"b":0.001,"a":1}"#)
    #expect(a["a"] == .integer(1))
  }

  @Test(arguments: [
    ("1", 0.1, 4, true), ("2", 0.1, 4, false), ("1", 0.6, 4, false), ("1", 0.1, 6, false), ("1", 0.1, 16, false),
  ])
  func `A space contains the points that it can give`(a: String, rate: Double, size: Int, expected: Bool) throws {
    let space = try SearchSpace(
      parsing: "a choice ['1', 1]\nrate uniform 0.1,0.5\nsize quniform 4,12,4\ndecay loguniform -3,0\n"
        + "plain loguniform_bounds 0.001,0.1", file: "f")
    let point: Hyperparameters = [
      "a": a == "1" ? .integer(1) : .text(a), "rate": .number(rate), "size": .integer(size), "decay": .number(exp(-3)),
      "plain": .number(0.1),
    ]
    #expect(space.contains(point) == expected)
    #expect(!space.contains(Hyperparameters(point.pairs.dropLast())))
    for number in 0..<50 { #expect(space.contains(RandomSampler(space, seed: 1).draw(number))) }
  }
}
