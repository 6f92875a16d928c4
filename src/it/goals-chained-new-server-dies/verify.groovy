import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.25.7')
    assert it.rows() == it.rowsBefore()
    assert it.config() == it.configBefore()
    assert it.log().contains('did not stay healthy')
} finally {
    it.end()
}
return true
