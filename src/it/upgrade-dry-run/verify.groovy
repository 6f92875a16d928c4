import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.25.7')
    assert it.config() == it.configBefore()
    assert it.log().contains('would stop the server')
    assert !new File(basedir, 'backups').exists()
    assert new File(basedir, 'opt').list().every { name -> !name.contains('.next-') && !name.contains('.previous-') }
} finally {
    it.end()
}
return true
