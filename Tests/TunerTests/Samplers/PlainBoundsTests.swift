import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct PlainBoundsTests {
  @Test func `Plain bounds give the values of their logarithms, and never one past a bound`() throws {
    for (low, high) in [(0.0001, 0.01), (1e-300, 3.0), (0.1, 0.3), (7.0, 49.0)] {
      let (plain, logarithms) = (
        Distribution.logUniformBounds(low: low, high: high), Distribution.logUniform(low: log(low), high: log(high))
      )
      for step in 0...64 {
        let fraction = Double(step) / 64
        let value = try #require(plain.value(at: fraction).double)
        let same = try #require(logarithms.value(at: fraction).double)
        #expect(abs(value / same - 1) < 1e-12)
        #expect(value >= low && value <= high && plain.contains(.number(value)))
      }
    }
    let range = Distribution.logUniformBounds(low: 0.1, high: 0.3)
    #expect(range.contains(.number(0.3)) && !range.contains(.number(0.3.nextUp)) && !range.contains(.text("0.2")))
  }
}
