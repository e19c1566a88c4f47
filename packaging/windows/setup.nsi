; setup.exe: the MSI in one program, for who would rather start a program. It installs nothing itself.
;
; setup.exe [/S] [PROPERTY=VALUE …]   /S is silent; properties are those of the MSI (docs/packaging.md)
Unicode true
Target amd64-unicode
SetCompress off          ; the MSI is compressed
SetDateSave off          ; two builds are the same file
RequestExecutionLevel admin
Name "Labrelay ${VERSION}"
OutFile "${OUTPUT}"
BrandingText "Labrelay ${VERSION}"
ShowInstDetails nevershow
AutoCloseWindow true
!include FileFunc.nsh
!insertmacro GetParameters

Page instfiles

Section
  InitPluginsDir         ; a folder that administrators alone may write to
  SetOutPath $PLUGINSDIR
  File "/oname=Labrelay.msi" "${MSI}"
  ${GetParameters} $0
  StrCpy $1 "/passive"
  StrCpy $2 $0 2
  StrCmp $2 "/S" 0 install
  StrCpy $1 "/qn"
  StrCpy $0 $0 "" 2
install:
  ExecWait '"$SYSDIR\msiexec.exe" /i "$PLUGINSDIR\Labrelay.msi" $1 /norestart $0' $3
  SetOutPath $TEMP       ; so that the folder can go
  SetErrorLevel $3
SectionEnd
