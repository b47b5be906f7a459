import Literals
import Testing

@testable import Tuner

@Suite struct DrawingTests {
  @Test(arguments: [
    (0.0, 0.5, 0.1, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
    (0.1, 0.3, 0.1, ["0.1", "0.2", "0.3"]),
    (0.25, 1, 0.3, ["0.3", "0.6", "0.9"]),
    (-1, 1, 0.5, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
    (1e-5, 3.5e-5, 1e-5, ["1e-05", "2e-05", "3e-05"]),
    (8, 70, 16, ["16", "32", "48", "64"]),
    (-3, 3, 2, ["-2", "0", "2"]),
    (0.5, 4.5, 1, ["1", "2", "3", "4"]),
    (1e20, 1.2e20, 1e19, ["1e+20", "1.1e+20", "1.2e+20"]),
    (0.1, 0.4, 1, ["0.1"]),
  ])
  func `A quantized range has the multiples of its step within its bounds, free of binary noise`(
    low: Double, high: Double, step: Double, expected: [String]
  ) throws {
    let values = try #require(FiniteValues(.quantizedUniform(low: low, high: high, step: step)))
    #expect(values.map(\.python) == expected)
    #expect(values.indices.map { values.position(of: values[$0]) } == values.indices.map { $0 })
  }

  @Test func `Where the step is no short decimal, the multiples are plain products`() throws {
    let values = try #require(FiniteValues(.quantizedUniform(low: 0, high: 1, step: 1.0 / 3)))
    #expect(values.map(\.double) == [0, 1.0 / 3, 2.0 / 3, 1])
  }

  @Test func `A value beside the multiples has no position, and an integer is found as a number`() throws {
    let steps = try #require(FiniteValues(.quantizedUniform(low: 8, high: 64, step: 8)))
    #expect(steps.position(of: .number(16)) == 1)
    for value: Literal in [.integer(12), .integer(72), .integer(0), .text("8"), .number(.nan), .number(1e300)] {
      #expect(steps.position(of: value) == nil)
    }
    let list = try #require(FiniteValues(.choice([.text("a"), .integer(1)])))
    #expect(list.position(of: .number(1)) == 1)
    #expect(list.position(of: .text("1")) == nil)
  }

  @Test(arguments: [
    Distribution.uniform(low: -1e308, high: 1e308), .logUniform(low: -12, high: -2), .logUniform(low: -5000, high: 709),
    .quantizedUniform(low: 0, high: 1e300, step: 1e-300), .quantizedUniform(low: 0, high: 1e15, step: 1),
    .logUniformBounds(low: 1e-4, high: 0.01),
    .logUniformBounds(low: .leastNonzeroMagnitude, high: .greatestFiniteMagnitude),
  ])
  func `Every draw of a range is finite and within its bounds`(distribution: Distribution) throws {
    let (low, high): (Double, Double) =
      switch distribution {
      case .uniform(let low, let high), .quantizedUniform(let low, let high, _), .logUniformBounds(let low, let high):
        (low, high)
      default: (0, .greatestFiniteMagnitude)
      }
    var previous = -Double.infinity
    for fraction in [0, 0.1, 0.5, 0.9, 1.0.nextDown] {
      let number = try #require(distribution.value(at: fraction).double)
      #expect(number >= low && number <= high && number >= previous)
      previous = number
    }
  }

  @Test func `The fraction of a drawn number is the one that it was drawn with`() throws {
    for distribution in [
      Distribution.uniform(low: -2, high: 5), .logUniform(low: -12, high: -2), .logUniformBounds(low: 1e-5, high: 0.2),
    ] {
      let fraction = try #require(distribution.fraction(of: distribution.value(at: 0.3)))
      #expect(abs(fraction - 0.3) < 1e-12)
    }
    #expect(Distribution.logUniform(low: -1, high: 0).fraction(of: .integer(0)) == 0)
    #expect(Distribution.logUniform(low: -1, high: 0).fraction(of: .integer(-1)) == nil)
    #expect(Distribution.uniform(low: 0, high: 1).fraction(of: .text("x")) == nil)
  }
}
