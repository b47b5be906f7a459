import Kernels
import Testing

@Suite struct LanesTests {
  @Test(arguments: [(0, 0), (1, 16), (16, 16), (17, 32), (50, 64)])
  func `Counts are rounded up to whole vectors`(count: Int, expected: Int) {
    #expect(roundedToLanes(count) == expected)
  }
}
