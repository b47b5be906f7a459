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
    ("a choice # [1]", "f:1:10: found no value after 'choice'; expected a list such as [1, 2] or ['a', 'b']"),
    ("a uniform", "f:1:10: found no value after 'uniform'; expected LOW,HIGH such as 0.1,0.5"),
    ("a quniform #", "f:1:12: found no value after 'quniform'; expected LOW,HIGH,STEP such as 32,128,32"),
    ("a choice []", "f:1:10: found an empty list; expected at least one value in it"),
    ("a choice 5", "f:1:10: found 5; expected a list of values, such as [5]"),
    ("a choice [1, gelu]", "f:1:14: found gelu; expected 'gelu' in quotes, if it is text"),
    ("a choice [1, 2", "f:1:15: found the end of the line inside a list; expected ']' to close the list"),
    ("a choice [1,", "f:1:13: found the end of the line inside a list; expected ']' to close the list"),
    ("a choice (1, 2", "f:1:15: found the end of the line inside a list; expected ')' to close the list"),
    ("a choice 1 2", "f:1:12: found '2'; expected a list such as [1, 2] or ['a', 'b']"),
    ("a choice gelu, relu", "f:1:10: found gelu; expected a list such as [1, 2] or ['a', 'b']"),
    ("a choice [1 2]", "f:1:13: found '2'; expected ',' or ']'"),
    ("a choice [1e400]", "f:1:11: found a number beyond the range of 64 bits; expected finite numbers"),
    (
      "b choice [1]\na choice [1]\n\nb choice [2]",
      "f:4:1: found parameter 'b' again, first on line 1; expected each name once"
    ),
    ("a uniform 0.5,0.1", "f:1:11: found LOW 0.5 and HIGH 0.1; expected LOW,HIGH such as 0.1,0.5, with LOW below HIGH"),
    ("a uniform 0.5", "f:1:11: found 0.5; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform 0.5,'x'  # y", "f:1:11: found 0.5,'x'; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform 0,1e999", "f:1:11: found 0,1e999, beyond the range of 64 bits; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform 0.1 0.5", "f:1:15: found '0'; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform low,high", "f:1:11: found low; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform 0.1,", "f:1:11: found 0.1,; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform 0.1;0.5", "f:1:14: found ';'; expected LOW,HIGH such as 0.1,0.5"),
    ("a uniform [0.1,0.5", "f:1:19: found the end of the line; expected LOW,HIGH such as 0.1,0.5"),
    ("a loguniform -8 0", "f:1:17: found '0'; expected LOW,HIGH as natural logarithms, such as -8,-4"),
    ("a loguniform -8", "f:1:14: found -8; expected LOW,HIGH as natural logarithms, such as -8,-4"),
    ("a loguniform_bounds 1e-4 0.01", "f:1:26: found '0'; expected LOW,HIGH such as 0.0001,0.01"),
    ("a quniform 1,8", "f:1:12: found 1,8; expected LOW,HIGH,STEP such as 32,128,32"),
    ("a quniform 1 8 2", "f:1:14: found '8'; expected LOW,HIGH,STEP such as 32,128,32"),
    (
      "a quniform 8,1,1",
      "f:1:12: found LOW 8 and HIGH 1; expected LOW,HIGH,STEP such as 32,128,32, with LOW below HIGH"
    ),
    (
      "a quniform 0.1,0.4,1",
      "f:1:12: found no multiple of 1 from 0.1 to 0.4; expected LOW,HIGH,STEP such as 32,128,32, with a smaller STEP or wider bounds"
    ),
    ("a quniform 1,8,0", "f:1:12: found STEP 0; expected LOW,HIGH,STEP such as 32,128,32, with STEP above 0"),
    (
      "a loguniform 1,1000",
      "f:1:14: found HIGH 1000, whose exponential is beyond 64 bits; expected LOW,HIGH as natural logarithms, such as -8,-4"
    ),
    (
      "a loguniform_bounds -8,-4",
      "f:1:21: found LOW -8; expected LOW,HIGH such as 0.0001,0.01, both above 0 (loguniform takes their natural logarithms)"
    ),
    (
      "a loguniform_bounds 0,1",
      "f:1:21: found LOW 0; expected LOW,HIGH such as 0.0001,0.01, both above 0 (loguniform takes their natural logarithms)"
    ),
    (
      "a loguniform_bounds 1,0.1",
      "f:1:21: found LOW 1 and HIGH 0.1; expected LOW,HIGH such as 0.0001,0.01, with LOW below HIGH"
    ),
    ("a loguniform_bounds 0.1", "f:1:21: found 0.1; expected LOW,HIGH such as 0.0001,0.01"),
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

  @Test(arguments: [
    ("choice [0.2,0.2]", "choice [0.2]", "f:2:3: the list of a repeats 0.2; each value counts once"),
    (
      "choice [1e-3, 0.001,0.5,0.50]  # x", "choice [0.001, 0.5]  # x",
      "f:2:3: the list of a repeats 0.001, 0.5; each value counts once"
    ),
    (
      "choice [1, 2, 1.0]", "choice [1, 2]",
      "f:2:3: the list of a repeats 1 (also written 1.0); each value counts once"
    ),
    ("choice ['x',\"x\",'x']", "choice ['x']", "f:2:3: the list of a repeats 'x'; each value counts once"),
    (
      "choice [[1],[1.0]]#", "choice [[1]]  #",
      "f:2:3: the list of a repeats [1] (also written [1.0]); each value counts once"
    ),
    (
      "choice [1,1,2,2,3,3,4,4,5,5,6,6]", "choice [1, 2, 3, 4, 5, 6]",
      "f:2:3: the list of a repeats 1, 2, 3, 4, 5 and others; each value counts once"
    ),
  ])
  func `A value that stands twice counts once, and the study keeps the list without it`(
    written: String, kept: String, note: String
  ) throws {
    let space = try SearchSpace(parsing: "b choice [7]\r\n  a \(written)\r\n", file: "f")
    #expect(space.notes == [note])
    #expect(space.text == "b choice [7]\n  a \(kept)\n")
    let again = try SearchSpace(parsing: space.text, file: "f")
    #expect(again.parameters == space.parameters && again.notes.isEmpty && again.text == space.text)
    #expect(try again.grid() == space.grid())
  }

  @Test func `A list whose values differ in type has them all`() throws {
    let space = try SearchSpace(parsing: "a choice [1,'1',True,'True',None]", file: "f")
    #expect(space.cellCount == 5 && space.notes.isEmpty && space.text == "a choice [1,'1',True,'True',None]")
  }

  @Test func `Only a search of all combinations has a limit, and says what has none`() throws {
    let line = "choice [\((1...100).map(String.init).joined(separator: ","))]"
    let text = (1...20).map { "p\($0) \(line)" }.joined(separator: "\n")
    let space = try SearchSpace(parsing: text, file: "f")
    #expect(space.cellCount == nil)
    for list in [{ try space.grid() }, { try space.shuffledGrid(seed: 1) }] {
      let error = #expect(throws: SearchSpaceError.self) { try list() }
      #expect(
        error?.description
          == "f:3:1: found more than 100000 combinations up to 'p3' in an exhaustive search; expected at most 100000, or --algo=random --max_evals=N, which draws N of them"
      )
    }
    let sampler = RandomSampler(space, seed: 1)
    #expect(sampler.count == nil)
    #expect(Set(sampler.draws(1000) { _ in true }).count == 1000)
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
        == "f:2:1: found 'b' of type uniform, a range, in an exhaustive search; expected --algo=random or --algo=bayes, or a list of values such as b choice [0, 0.5, 1]"
    )
  }

  @Test func `A range between plain bounds is in no grid either, and shows values in it`() throws {
    let error = #expect(throws: SearchSpaceError.self) {
      try SearchSpace(parsing: "a loguniform_bounds 0.25,4", file: "f").grid()
    }
    #expect(
      error?.description
        == "f:1:1: found 'a' of type loguniform_bounds, a range, in an exhaustive search; expected --algo=random or --algo=bayes, or a list of values such as a choice [0.25, 1, 4]"
    )
  }

  @Test(arguments: [
    ("uniform 1,3", "[1, 2, 3]"), ("uniform 0.1,0.5", "[0.1, 0.3, 0.5]"),
    ("quniform 32,128,32", "[32, 64, 96, 128]"), ("quniform 0.1,0.3,0.1", "[0.1, 0.2, 0.3]"),
    ("quniform 1,1000,1", "[1, 501, 1000]"), ("loguniform -8,-4", "[0.000335, 0.00248, 0.0183]"),
    ("loguniform_bounds 1e-5,1e-2", "[1e-05, 0.0003162, 0.01]"),
  ])
  func `The list that takes the place of a range has its values as one writes them`(range: String, list: String) throws
  {
    let space = try SearchSpace(parsing: "a \(range)", file: "f")
    let error = #expect(throws: SearchSpaceError.self) { try space.grid() }
    #expect(error?.description.hasSuffix("such as a choice \(list)") == true, "\(error?.description ?? "")")
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
