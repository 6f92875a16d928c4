import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '5.37.10', ['mattermost.archive': ItInstallation.archive('5.25.7').toString()])
return true
