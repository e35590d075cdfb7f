using System.Text;
using ActorTrading.Api.Auth;

namespace ActorTrading.Api.Tests.Auth;

public class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B (SHA-1), the last six of its eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_as_in_RFC_6238(long seconds, string code) => Totp.Code(Secret, seconds / 30).ShouldBe(code);

    [Fact]
    public void A_code_holds_for_the_neighbouring_steps_and_once()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var step = Totp.StepAt(now);
        Totp.Check(Secret, Totp.Code(Secret, step - 1), now).ShouldBe(step - 1);
        Totp.Check(Secret, Totp.Code(Secret, step + 1), now).ShouldBe(step + 1);
        Totp.Check(Secret, Totp.Code(Secret, step - 2), now).ShouldBeNull();
        Totp.Check(Secret, "", now).ShouldBeNull();
    }

    /// <summary>RFC 4648, 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_is_as_in_RFC_4648(string text, string expected) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).ShouldBe(expected);
}
