import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '1.3.0', ['mattermost.archive': ItInstallation.archive('1.4.0').toString()])
return true
